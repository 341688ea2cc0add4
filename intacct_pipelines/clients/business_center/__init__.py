"""Business Center's drop folder: which files are complete, and their rows; nothing about tables belongs here.

No public API of Business Center was found (S-PMT-11); the contract is ours, in `docs/business-center-files.md`. Files
are read and never changed, moved or deleted; what goes the other way is written into a folder of its own, ``out``.
"""

from intacct_pipelines.clients.business_center.folder import Delivery, Folder
from intacct_pipelines.clients.business_center.options import CompleteWhen, Options
from intacct_pipelines.clients.business_center.out import ITEM_KEY, OPERATION, Handed, OutFolder, is_refused
from intacct_pipelines.clients.business_center.reader import DeliveredFile, FileRow

__all__ = [
    "ITEM_KEY",
    "OPERATION",
    "CompleteWhen",
    "DeliveredFile",
    "Delivery",
    "FileRow",
    "Folder",
    "Handed",
    "Options",
    "OutFolder",
    "is_refused",
]
