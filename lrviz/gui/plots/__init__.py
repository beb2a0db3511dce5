"""The live plot over steps that panels share: axes, curves, hover read-out, zoom and export."""
