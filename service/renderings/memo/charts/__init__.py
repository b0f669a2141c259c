"""The charts of the memo: inline SVG of our own, each with a title, a description and the same figures as a table.

Places along a chart are in per cent of its width and heights in pixels, so that a chart is as wide as there is room while its
letters keep their size, on a phone as on paper. Lines are drawn in a view box of 100 units that is stretched.
"""
