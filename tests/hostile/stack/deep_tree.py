"""Builds a syntax tree by hand, too deep for the compiler."""

import ast
import sys

sys.setrecursionlimit(2**31 - 1)


def bot_main(data):
    tree = ast.Constant(1)
    for _ in range(50_000):
        tree = ast.UnaryOp(ast.USub(), tree)
    return [eval(compile(ast.fix_missing_locations(ast.Expression(tree)), "tree", "eval"))]
