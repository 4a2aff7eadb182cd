// Which block is due, and which blocks make an ACK due, whatever their bytes. Rules:
// 1. A window is acknowledged when its last block has come (RFC 7440 section 4).
// 2. A window starts behind the last block that was acknowledged, or where the sender visibly started again: then our ACK
//    was lost, and is due again at the end of what is repeated, or of what of it is new.
// 3. The first block beyond a missing one makes an ACK due, once for each pass of the sender over the gap. A pass is new
//    when its blocks do not go on rising.

/** The window of a receiver. */
export class ReceiveWindow {
  readonly #size: number;
  #expected = 1;
  /** The block whose arrival makes an ACK due. */
  #end: number;
  /** The block beyond a gap that came last, 0 when there is no gap: a lower one starts a new pass. */
  #beyondGap = 0;

  /**
   * @param size Blocks in a window.
   */
  constructor(size: number) {
    this.#size = this.#end = size;
  }

  /** The block that is due: all before it have come. */
  get expected(): number {
    return this.#expected;
  }

  /** The last block in order; 0 when none has come. */
  get inOrder(): number {
    return this.#expected - 1;
  }

  /**
   * The block that was due has come.
   *
   * @returns Whether it makes an ACK due.
   */
  advance(): boolean {
    this.#beyondGap = 0;
    return this.#expected++ >= this.#end;
  }

  /** The last block in order is acknowledged: a window starts behind it. */
  restart(): void {
    this.#end = this.inOrder + this.#size;
  }

  /**
   * A block that had come before came again.
   *
   * @param block The block.
   * @returns Whether it makes an ACK due.
   */
  repeat(block: number): boolean {
    const end = block + this.#size - 1;
    if (end < this.inOrder) return false;
    this.#end = Math.min(this.#end, end);
    return block === this.#end;
  }

  /** Whether a block beyond the one that is due can belong to the sender's window. */
  reaches(block: number): boolean {
    return block < this.#expected + this.#size;
  }

  /**
   * A block beyond the one that is due has come.
   *
   * @param block The block.
   * @returns Whether it makes an ACK due.
   */
  skipTo(block: number): boolean {
    const isNewPass = this.#beyondGap === 0 || block <= this.#beyondGap;
    this.#beyondGap = block;
    return isNewPass;
  }

  /** Nothing comes any more: the next block beyond the gap belongs to a new pass. */
  endPass(): void {
    this.#beyondGap = 0;
  }
}
