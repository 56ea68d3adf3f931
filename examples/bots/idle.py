"""Does nothing, and slowly falls into the star. The smallest bot there is: beat it first."""
def bot_main(input_data):
    return []
