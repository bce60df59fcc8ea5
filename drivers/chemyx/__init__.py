"""Chemyx Fusion 100, 200, 4000, 6000, Nanojet and OEM syringe pumps."""
