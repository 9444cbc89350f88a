"""The dashboard in a real browser. These tests run in one worker, which has one browser and one server of each kind."""
