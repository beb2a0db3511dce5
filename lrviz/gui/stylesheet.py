"""The style sheet of the program, with the theme's colours as `$names`."""

from string import Template

TEMPLATE = Template("""
QWidget { font-size: ${pixels}px; }
QMainWindow, QDialog { background: $window; }

Card { background: $card; border: 1px solid $line; border-radius: 8px; }
QLabel { background: transparent; color: $text; }
QLabel[look="title"] { font-weight: 600; }
QLabel[look="muted"] { color: $muted; }
QLabel[look="error"] { color: $red; font-size: 12px; }
QLabel[look="tick"] { color: $muted; font-size: 12px; }

QPushButton {
    background: $field; color: $text; border: 1px solid $line; border-radius: 6px;
    padding: 6px 12px; min-height: 16px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $selection; border-color: $blue; }
QPushButton:focus { border: 1px solid $blue; }
QPushButton:disabled { color: $faint; }
QPushButton[look="primary"] { background: $blue; color: $on_accent; border-color: $blue; font-weight: 500; }
QPushButton[look="primary"]:hover { background: $blue_hover; }
QPushButton[look="primary"]:focus { border: 1px solid $text; }
QPushButton[look="primary"]:disabled { background: $field; color: $faint; border-color: $line; }
QPushButton[look="choice"] { text-align: left; padding: 0 24px 0 8px; min-height: 26px; max-height: 26px; }
QPushButton[look="more"] {
    background: transparent; border: none; border-bottom: 2px solid transparent; border-radius: 0;
    color: $muted; text-align: left; padding: 2px 0 0 0; min-height: 16px; max-height: 16px;
}
QPushButton[look="more"]:hover { color: $text; }
QPushButton[look="more"]:focus { border-bottom-color: $blue; }
QPushButton::menu-indicator { image: none; width: 0; }

QToolButton {
    background: transparent; color: $muted; border: 1px solid transparent; border-radius: 4px; padding: 2px;
}
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed, QToolButton:checked { background: $selection; }
QToolButton:focus { border: 1px solid $blue; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox {
    background: $field; color: $text; border: 1px solid $line; border-radius: 6px; padding: 4px 8px;
    selection-background-color: $blue; selection-color: $on_accent;
}
QLineEdit { padding: 0 6px; min-height: 26px; max-height: 26px; }
QLineEdit:hover { border-color: $edge; }
QLineEdit:focus { border-color: $blue; }
QLineEdit[look="value"], QLineEdit[look="hero"] {
    background: transparent; border: none; border-bottom: 2px solid transparent; border-radius: 0;
    padding: 2px 0 0 0; min-height: 16px; max-height: 16px;
}
QLineEdit[look="hero"] {
    color: $amber; font-size: 26px; font-weight: 700; min-height: 32px; max-height: 32px;
    selection-background-color: $amber;
}
QLineEdit[look="value"]:hover, QLineEdit[look="hero"]:hover { border-bottom-color: $line; }
QLineEdit[look="value"]:focus { border-bottom-color: $blue; }
QLineEdit[look="hero"]:focus { border-bottom-color: $amber; }
QLineEdit[wrong="true"], QLineEdit[wrong="true"]:hover, QLineEdit[wrong="true"]:focus { border-color: $red; }
QLineEdit:disabled { color: $faint; }

QComboBox {
    background: $field; color: $text; border: 1px solid $line; border-radius: 6px;
    padding: 0 24px 0 8px; min-height: 26px; max-height: 26px;
}
QComboBox:hover { border-color: $edge; }
QComboBox:focus, QComboBox:on { border-color: $blue; }
QComboBox:disabled { color: $faint; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView {
    background: $card; color: $text; border: 1px solid $line; outline: none; padding: 4px;
    selection-background-color: $selection; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 6px; }

QMenu { background: $card; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 24px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenuBar { background: $side; color: $text; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected { background: $selection; }
QToolTip { background: $card; color: $text; border: 1px solid $edge; padding: 6px 8px; }

QScrollArea, QScrollArea > QWidget > QWidget#column { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 6px; }
QScrollBar:horizontal { height: 8px; }
QScrollBar::handle { background: $thumb; border-radius: 3px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMessageBox, QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QTabWidget::pane { border: none; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab {
    background: transparent; color: $muted; padding: 6px 12px;
    border: none; border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $blue; }
QTabBar::tab:focus { background: $hover; }

QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
QMainWindow::separator { background: transparent; width: 8px; height: 8px; }
QSplitter::handle { background: transparent; }
QStatusBar { background: $side; color: $muted; }
QProgressBar { background: $field; border: none; border-radius: 3px; max-height: 6px; text-align: center; }
QProgressBar::chunk { background: $blue; border-radius: 3px; }
QListView, QTreeView, QTableView {
    background: $card; color: $text; border: none; outline: none; gridline-color: $line;
    selection-background-color: $selection; selection-color: $text;
}
QHeaderView::section { background: $card; color: $muted; border: none; padding: 4px 8px; }
""")
