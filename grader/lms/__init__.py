"""Into learning-management systems: one small module per system, a kind of `gradebook.System`."""

# The systems, as commands, files and the modules in systems/ name them.
NAMES = ("canvas", "moodle", "blackboard", "brightspace", "sakai", "openedx", "generic")
