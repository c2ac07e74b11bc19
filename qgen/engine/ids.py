"""What the ids of an iteration begin with."""


def prefix(iteration: int) -> str:
    """Nothing for the first iteration, then t2_, t3_, ..."""
    return "" if iteration == 1 else f"t{iteration}_"


def iteration_of(quantity: str) -> int:
    """The iteration that an id belongs to, from 1."""
    head, bar, _ = quantity.partition("_")
    return int(head[1:]) if bar and head[:1] == "t" and head[1:].isdigit() else 1
