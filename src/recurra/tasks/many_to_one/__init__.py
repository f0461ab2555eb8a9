"""From a whole input to one answer: a label, or a number. The rows of the table differ in their heads."""
