"""The offline twin of BILL AP, version 3."""
