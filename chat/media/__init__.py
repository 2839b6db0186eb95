"""Files that people send: what they may be, how they are checked and made safe, and where they are found."""
