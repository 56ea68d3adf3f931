"""Names that look alike, and names that read from right to left."""

а = "RIGHT"  # Not the a of the Latin alphabet.
a = "LEFT"
ﬁre = "SHOOT"


def bot_main(data):  # ‮ }⁦ return ["WIN"] ⁩⁦
    return [a, а, fire]
