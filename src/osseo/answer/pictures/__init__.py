"""What the pictures of a graft site show, as data: fields, tissue shares, times to an event."""

from osseo.answer.pictures.collect import graft_pictures
from osseo.answer.pictures.types import EventCurve, FieldMap, GraftPictures, TissueShares

__all__ = ["EventCurve", "FieldMap", "GraftPictures", "TissueShares", "graft_pictures"]
