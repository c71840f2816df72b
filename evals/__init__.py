"""How well tools are chosen: measured offline by a search, and by models that play conversations.

``make evals`` ranks everyday sentences; ``make play`` lets a model work. Not part of the wheel.
"""
