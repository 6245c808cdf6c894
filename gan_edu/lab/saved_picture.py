"""What stays of the lab in a saved notebook: a picture and a sentence."""

import html

from IPython.display import DisplayHandle, display

from gan_edu.lab.commands import Lab
from gan_edu.lab.film import still

WIDTH = 780  # of the picture, in pixels of the page


class SavedPicture:
    """The picture and the sentence that stay in the saved cell; live.css hides them while the widget is shown."""

    def __init__(self, lab: Lab, title: str) -> None:
        self.title, self.step = title, lab.step
        picture, words, about = self._made(lab)
        self.picture: DisplayHandle = display(picture, raw=True, metadata=about, display_id=True)
        self.words: DisplayHandle = display(words, raw=True, display_id=True)

    def renew(self, lab: Lab) -> None:
        """Show the present step, if it is another one."""
        if lab.step != self.step:
            self.step = lab.step
            picture, words, about = self._made(lab)
            self.picture.update(picture, raw=True, metadata=about)
            self.words.update(words, raw=True)

    def _made(self, lab: Lab) -> tuple[dict, dict, dict]:
        sentence = f"{self.title}, after {lab.step:,} steps. {lab.runs[0].legend}"
        marks = [run.training.gan.loss.equilibrium() for run in lab.runs]
        picture = still(lab.present, [run.losses for run in lab.runs], marks)
        paragraph = f'<p class="gan-live-saved"><em>{html.escape(sentence)}</em></p>'
        words = {"text/html": paragraph, "text/plain": sentence}
        about = {"image/png": {"alt": sentence, "width": WIDTH}}
        return {"image/png": picture, "text/plain": sentence}, words, about
