// The page where a model is played with.

import { shell } from "recurra/shell.js";

shell(document.getElementById("recurra"));
