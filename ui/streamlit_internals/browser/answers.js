// @ts-check
// What a person chooses in a component with the keyboard: the server is notified after a pause, and answers later. Keys that
// are pressed in the meantime lead on from where the person is, not from where an answer on its way will say.

/**
 * The choices of one component that the server has not answered.
 * @template Value
 */
export function choices() {
  /** @type {Value[]} */
  let waiting = [];
  let timer = 0;
  return {
    /**
     * Tell the server, unless another choice comes before or it is what the server knows.
     * @param {Value} value
     * @param {{pause: number, known: () => Value, send: (value: Value) => void}} how after how many ms, what the server
     *   last said, and what tells it
     */
    choose(value, { pause, known, send }) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        timer = 0;
        if (!waiting.length && value === known()) return;
        waiting.push(value);
        send(value);
      }, pause);
    },

    /**
     * Whether to move to what the server now says is chosen: not while it answers an earlier choice than the last.
     * @param {Value} value
     */
    accepts(value) {
      waiting = waiting.includes(value) ? waiting.slice(waiting.lastIndexOf(value) + 1) : [];
      return !timer && !waiting.length;
    },

    /** The component is gone. */
    end: () => clearTimeout(timer),
  };
}
