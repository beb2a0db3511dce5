"""When it runs: the training thread, its gate, the recorder, snapshots. No Qt."""
