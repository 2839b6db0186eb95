"""The AI assistant (SPEC §9): what it is asked, how it answers, and when people take over."""
