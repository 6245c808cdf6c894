"""Errors of Python and PyTorch about a step, in the words of the course: what has happened, and what to do instead."""

MEANINGS = {
    "grad can be implicitly created only for scalar outputs": "backward() was called on a tensor of many losses. It "
    "goes down one number: take the mean first. (Of scores, for the slope of each: the sum.)",
    "does not require grad and does not have a grad_fn": "the loss has no record to go back along. It must come from "
    "the scores of the discriminator, with nothing between them and backward() that cuts the record off: no .detach(), "
    "and no torch.no_grad(), which belongs around the making of D's fakes alone.",
    "object has no attribute 'backward'": "backward() was called on something that is no tensor. A plain number, such "
    "as .item() gives, has no record to go back along: keep the loss as a tensor until it has been differentiated.",
    "ellipsis": "something that you use is still three dots: a function of an exercise above that is not written yet. "
    "Write it, or call its solution.",
    "Trying to backward through the graph a second time": "the second backward() goes along a record that the first "
    "has used up. Give each loss a record of its own: for D cut its fakes off with .detach(), for G make new ones.",
    "has been modified by an inplace operation": "backward() goes along a record through weights that an optimizer has "
    "moved since. Compute the loss, differentiate and move; only then compute the other player's loss.",
    "mat1 and mat2 shapes cannot be multiplied": "a network was given inputs of another size than it takes. Noise for "
    "the generator is stream.normal(count, 2), two numbers for each fake, and D is shown points, (count, 2).",
}


def in_words(error: Exception) -> str | None:
    """Say what an error means for a step; None for an error that is not known here."""
    return next((words for part, words in MEANINGS.items() if part in str(error)), None)
