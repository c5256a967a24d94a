/**
 * The state that MODE SELECT can change.
 *
 * @module
 */

/** The changeable bits of the mode pages of one logical unit. */
export class ModeState {
  /** SWP of the Control page: writes fail. */
  softwareWriteProtect = false;
  /** D_SENSE of the Control page: sense data in descriptor format. */
  descriptorSense = false;

  /** Back to the defaults, as a reset does. */
  reset(): void {
    this.softwareWriteProtect = false;
    this.descriptorSense = false;
  }
}
