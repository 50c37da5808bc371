"""What would mend a mistake: changes of the text, each tried on the whole spec before it is offered.

:mod:`candidates` looks for changes with which an operator accepts its inputs; :mod:`trial` tries them, and
the nearest names, by compiling the changed text.
"""
