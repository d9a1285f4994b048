// Pieces of words as SentencePiece writes them: "▁" is a blank before them.

const SPECIAL = { "<s>": "begin", "</s>": "end", "<unk>": "?" };

/** A piece as people read it. @param {string} text */
export const piece = (text) => SPECIAL[text] ?? (text.replaceAll("▁", " ").trim() || "␣");
