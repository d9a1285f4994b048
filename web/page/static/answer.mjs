// The answer of a model, shown as its kind asks for.

import { caption } from "./caption.mjs";
import { classes } from "./classes.mjs";
import { explanation } from "./explanation.mjs";
import { mask } from "./mask.mjs";
import { number } from "./number.mjs";
import { reconstruction } from "./reconstruction.mjs";
import { sentence } from "./sentence.mjs";
import { values } from "./values.mjs";

/**
 * What is known when an answer is shown.
 * @typedef {Object} Asked
 * @property {*} answer What the server sent for the record.
 * @property {Object<string, *>} form What the page knows of the model, see form.py.
 * @property {Object<string, *>} instance The record as it was sent.
 * @property {ImageBitmap | null} picture The picture of the record.
 * @property {(signature: string, more?: Object<string, *>) => Promise<*>} again Asks another signature about the same
 *   record, with more inputs.
 */

/**
 * Nodes that show it, and the answer in a few words.
 * @typedef {{nodes: Node[], told: string}} Shown
 */

const KINDS = { caption, classes, explanation, mask, number, reconstruction, sentence, values };

/**
 * @param {Asked} asked
 * @returns {Shown}
 */
export const shown = (asked) => KINDS[asked.form.answer.kind](asked);
