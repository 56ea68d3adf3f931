"""The word that ends an interactive session."""


def bot_main(data):
    quit()
