"""Import of manuals: a file of any kind becomes sections with steps, warnings, tables, figures."""
