"""`fondvakt evaluate`: how good the matcher is on judged matches."""
