"""Rates bots a second time, by other means than the coordinator: to check it, not to be fast.

Reads `[{"bots": N, "games": [[seat 0, seat 1, seed, points of seat 0], ...]}, ...]` from standard
input and writes `[{"ratings": [...], "margins": [...], "seat_advantage": X}, ...]`.

From the published model alone: Bradley and Terry (1952) with Davidson's ties (1970), worths on the
Elo scale, seat 0's worth multiplied by a common factor (Davidson and Beaver 1977), normal priors.
Nothing is derived by hand: slopes come from complex steps (Squire and Trapp, SIAM Review 40, 1998),
the curvature from differences of slopes, the maximum from scipy, and the intervals from explicit
contrasts against the mean of all bots.
"""

import json
import sys

import numpy
from scipy.optimize import minimize
from scipy.stats import norm

# Standard deviations of the priors: strengths and seat on the Elo scale, ties as a logarithm.
STRENGTH_SD, SEAT_SD, TIES_SD = 600.0, 100.0, 3.0
# Units of the search, so that all parameters are of one order.
ELO_UNIT = 100.0
# From so many seed pairs of a bot on, what they show of their spread is believed alone.
PAIRS_ENOUGH = 40
STEP = 1e-30


def log_likelihoods(parameters, games, bots):
    """The logarithm of each game's probability."""
    zero, one, points = games[:, 0].astype(int), games[:, 1].astype(int), games[:, 3]
    elo = parameters[:bots] * ELO_UNIT
    seat, tie = parameters[bots] * ELO_UNIT, numpy.exp(parameters[bots + 1])
    # Worths relative to their geometric mean, by which Davidson's ties are measured.
    half = (elo[zero] + seat - elo[one]) / 800
    first, second = 10.0**half, 10.0**-half
    outcome = numpy.where(points == 1, first, numpy.where(points == 0, second, tie))
    return numpy.log(outcome / (first + second + tie))


def log_prior(parameters, bots):
    spread = numpy.array([STRENGTH_SD / ELO_UNIT] * bots + [SEAT_SD / ELO_UNIT, TIES_SD])
    return -((parameters / spread) ** 2) / 2


def slopes(function, parameters):
    """The derivative of each of the function's values by each parameter, one row per parameter."""
    steps = 1j * STEP * numpy.eye(len(parameters))
    return numpy.array([function(parameters + step).imag for step in steps]) / STEP


def curvature(gradient, parameters, width=1e-5):
    steps = width * numpy.eye(len(parameters))
    rows = [(gradient(parameters + step) - gradient(parameters - step)) / (2 * width) for step in steps]
    return (numpy.array(rows) + numpy.array(rows).T) / 2


def likeliest(games, bots):
    """The maximum of the posterior, and its curvature there."""

    def cost(parameters):
        return -(log_likelihoods(parameters, games, bots).sum() + log_prior(parameters, bots).sum())

    def gradient(parameters):
        return slopes(cost, parameters)

    found = minimize(
        cost,
        numpy.zeros(bots + 2),
        jac=gradient,
        hess=lambda parameters: curvature(gradient, parameters),
        method="trust-exact",
        options={"gtol": 1e-9, "maxiter": 1000},
    )
    if numpy.abs(found.jac).max() > 1e-6:
        raise SystemExit(f"no maximum was found: {found}")
    return found.x, curvature(gradient, found.x)


def pairs_of(games):
    """For each game, the number of its seed pair: the same two bots with the same seed."""
    low, high = numpy.minimum(games[:, 0], games[:, 1]), numpy.maximum(games[:, 0], games[:, 1])
    _, numbers = numpy.unique(numpy.stack([low, high, games[:, 2]], axis=1), axis=0, return_inverse=True)
    return numbers.reshape(-1)


def covariances(games, bots, parameters, information):
    """What the model says of the uncertainty, and what the seed pairs show of it."""
    model = numpy.linalg.inv(information)
    scores = slopes(lambda at: log_likelihoods(at, games, bots), parameters)
    pairs = pairs_of(games)
    count = pairs.max() + 1 if len(pairs) else 0
    summed = numpy.array([scores[:, pairs == pair].sum(axis=1) for pair in range(count)])
    meat = summed.T @ summed if count else numpy.zeros_like(model)
    return model, model @ meat @ model * (count / (count - 1) if count > 1 else 1.0)


def is_believed(games, bot):
    """Whether a bot's seed pairs are many and do not all say the same."""
    own = (games[:, 0] == bot) | (games[:, 1] == bot)
    points = numpy.where(games[:, 0] == bot, games[:, 3], 1 - games[:, 3])
    pairs = pairs_of(games)
    results = [tuple(sorted(points[own & (pairs == pair)])) for pair in numpy.unique(pairs[own])]
    totals = {(sum(result), len(result)) for result in results}
    return len(results) >= PAIRS_ENOUGH and len(totals) > 1


def rate(bots, games):
    games = numpy.array(games, dtype=float).reshape(-1, 4)
    parameters, information = likeliest(games, bots)
    model, sandwich = covariances(games, bots, parameters, information)
    # A bot's strength is told apart from the mean of all of them.
    contrast = numpy.hstack([numpy.eye(bots) - 1 / bots, numpy.zeros((bots, 2))])
    model, sandwich = (numpy.diag(contrast @ matrix @ contrast.T) for matrix in (model, sandwich))
    believed = numpy.array([is_believed(games, bot) for bot in range(bots)])
    variance = numpy.where(believed, sandwich, numpy.maximum(model, sandwich))
    return {
        "ratings": list(1500 + ELO_UNIT * parameters[:bots]),
        "margins": list(norm.ppf(0.975) * ELO_UNIT * numpy.sqrt(numpy.maximum(variance, 0))),
        "seat_advantage": ELO_UNIT * parameters[bots],
    }


json.dump([rate(case["bots"], case["games"]) for case in json.load(sys.stdin)], sys.stdout)
