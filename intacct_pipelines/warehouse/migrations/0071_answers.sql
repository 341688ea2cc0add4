-- Who takes files answers later: what was handed over in one may still be refused.
INSERT INTO push.transition (before, after) VALUES ('accepted', 'rejected');
