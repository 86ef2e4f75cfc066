"""Pictures of a graft site: depth-time maps, tissue shares, times to an event, studies beside the model.

Still pictures as SVG: they print sharp, need no script, and carry their words and their numbers.
"""
