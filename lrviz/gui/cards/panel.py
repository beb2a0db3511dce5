"""A card with one panel, or with several of which one shows."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from lrviz.gui.cards.card import Card
from lrviz.gui.panels import Panel


class PanelCard(Card):
    """Frames panels: title and context are those of the panel that shows, at first the first one."""

    def __init__(self, panels: Sequence[Panel], parent: QWidget | None = None) -> None:
        """panels: at least one."""
        super().__init__(panels[0].title, parent=parent)
        self.panels = {type(panel): panel for panel in panels}
        self.shown = panels[0]
        self._contexts: dict[Panel, str] = {}
        self.menu.addAction("Maximize or restore", self.maximizeRequested.emit)
        for panel in panels:
            self.body.addWidget(panel)
            panel.setVisible(panel is self.shown)
            panel.contextChanged.connect(lambda text, panel=panel: self._keep(panel, text))
            panel.fill_menu(self.menu)

    def show_panel(self, kind: type[Panel]) -> None:
        """Show the panel of this kind. Raises KeyError when there is none."""
        panel = self.panels[kind]
        if panel is self.shown:
            return
        self.shown.hide()
        self.shown = panel
        panel.show()
        self.set_title(panel.title)
        self.set_context(self._contexts.get(panel, ""))

    def _keep(self, panel: Panel, text: str) -> None:
        self._contexts[panel] = text
        if panel is self.shown:
            self.set_context(text)
