"""What `fondvakt demo` shows beside the real parts: a mailbox that takes letters over SMTP."""
