// time limit: 120 s
// The command sets of tapes, changers and CDs against those that tgtd emulates.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../mod.ts";
import * as scsi from "../../src/scsi/mod.ts";
import { needs } from "../peers/peer.ts";
import { run as runProgram } from "../peers/run.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";

const withTgtd = needs(test, "tgtd", "tgtadm", "tgtimg");
const TAPE = 2;
const DRIVE = 3;
const CHANGER = 4;
const CD = 5;
const folder = mkdtempSync(join(tmpdir(), "lunstream-vtl-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A tape with a medium, an empty drive in a changer with two media, and a CD. */
async function start(): Promise<Tgtd> {
  const tgtd = await startTgtd({ luns: [{ number: 1 }, { number: CD, deviceType: "cd", size: 1 << 20 }] });
  const unit = (lun: number, ...args: string[]): Promise<string> =>
    tgtd.adm("--mode", "logicalunit", "--tid", "1", "--lun", String(lun), ...args);
  try {
    for (const barcode of ["A0000001L4", "A0000002L4", "A0000003L4"]) {
      rmSync(join(folder, barcode), { force: true });
      const image = ["--size=8", "--type=data", `--barcode=${barcode}`, `--file=${join(folder, barcode)}`];
      await runProgram("tgtimg", ["--op", "new", "--device-type", "tape", ...image], { check: true });
    }
    await unit(TAPE, "--op", "new", "--device-type", "tape", "--bstype", "ssc", "-b", join(folder, "A0000003L4"));
    await unit(DRIVE, "--op", "new", "--device-type", "tape", "--bstype", "ssc");
    writeFileSync(join(folder, "changer"), new Uint8Array(1024));
    await unit(CHANGER, "--op", "new", "--device-type", "changer", "-b", join(folder, "changer"));
    const parameters = [
      `media_home=${folder}`,
      "element_type=1,start_address=1,quantity=1",
      "element_type=4,start_address=256,quantity=1",
      `element_type=4,address=256,tid=1,lun=${DRIVE}`,
      "element_type=2,start_address=1024,quantity=4",
      "element_type=2,address=1024,barcode=A0000001L4,sides=1",
      "element_type=2,address=1025,barcode=A0000002L4,sides=1",
    ];
    for (const one of parameters) await unit(CHANGER, "--op", "update", "--params", one);
    return tgtd;
  } catch (error) {
    await tgtd.stop();
    throw error;
  }
}

async function withUnit(
  lun: number,
  work: (unit: scsi.ScsiExecutor, other: (lun: number) => scsi.ScsiExecutor) => Promise<void>,
): Promise<void> {
  const tgtd = await start();
  try {
    const session = await connect(tgtd.url(1));
    const executor = (number: number): scsi.ScsiExecutor => ({
      execute: (command, options) => session.execute(number, command, options),
    });
    try {
      for (const number of [lun, DRIVE]) await scsi.drainUnitAttention(executor(number));
      await work(executor(lun), executor);
    } finally {
      await session.close();
    }
  } finally {
    await tgtd.stop();
  }
}

async function failure(unit: scsi.ScsiExecutor, command: scsi.ScsiCommand): Promise<scsi.ScsiError> {
  try {
    await scsi.run(unit, command);
  } catch (error) {
    assert.instance(error, scsi.ScsiError);
    return error as scsi.ScsiError;
  }
  throw new Error(`${scsi.cdbName(command.cdb)} ended with GOOD`);
}
const at = (unit: scsi.ScsiExecutor, length: number, silent = false): Promise<scsi.ScsiResult> =>
  scsi.run(unit, scsi.tapeRead6({ dataIn: new Uint8Array(length), suppressIncorrectLength: silent }));

withTgtd("tape: blocks of any length, filemarks, spacing, the end of the data", () =>
  withUnit(TAPE, async (tape) => {
    const inquiry = scsi.parseInquiry((await scsi.run(tape, scsi.inquiry())).dataIn);
    assert.is(inquiry.deviceType, scsi.DeviceType.Tape);
    assert.equal(scsi.parseBlockLimits((await scsi.run(tape, scsi.readBlockLimits())).dataIn), {
      granularity: 9,
      maxLength: 1048576,
      minLength: 4,
    });
    const blocks = [512, 1000, 4096].map((length, i) => new Uint8Array(length).fill(i + 1));
    for (const dataOut of blocks) {
      await scsi.run(tape, scsi.tapeWrite6({ dataOut }));
      await scsi.run(tape, scsi.writeFilemarks6({ count: 1 }));
    }
    await scsi.run(tape, scsi.rewind());
    for (const block of blocks) {
      assert.equal((await at(tape, block.length)).dataIn, block);
      const mark = await failure(tape, scsi.tapeRead6({ dataIn: new Uint8Array(512) }));
      assert.equal([mark.sense?.filemark, mark.sense?.asc, mark.sense?.ascq], [true, 0, 1]);
      assert.is(mark.sense?.information, 512n, "bytes that were not read");
    }
    const end = await failure(tape, scsi.tapeRead6({ dataIn: new Uint8Array(512) }));
    assert.is(end.sense?.senseKey, scsi.SenseKey.BlankCheck);

    // A block shorter than asked for: ILI, and how many bytes short.
    await scsi.run(tape, scsi.rewind());
    await scsi.run(tape, scsi.space6({ code: scsi.SpaceCode.Filemarks, count: 1 }));
    const short = await failure(tape, scsi.tapeRead6({ dataIn: new Uint8Array(2048) }));
    assert.equal([short.sense?.incorrectLength, short.sense?.information], [true, 2048n - 1000n]);
    await scsi.run(tape, scsi.space6({ code: scsi.SpaceCode.Blocks, count: -1 }));
    assert.equal((await at(tape, 1000)).dataIn, blocks[1]!);
    await scsi.run(tape, scsi.space6({ code: scsi.SpaceCode.EndOfData }));
    assert.is(
      (await failure(tape, scsi.tapeRead6({ dataIn: new Uint8Array(512) }))).sense?.senseKey,
      scsi.SenseKey.BlankCheck,
    );

    const position = scsi.parseReadPosition((await scsi.run(tape, scsi.readPosition())).dataIn);
    assert.equal([position.form, position.positionUnknown, position.position], ["short", true, undefined]);
    await scsi.run(tape, scsi.loadUnload({ load: false }));
    await scsi.run(tape, scsi.loadUnload({ load: true }));
  }));

withTgtd("tape: what tgtd has not is refused under its right name", () =>
  withUnit(TAPE, async (tape) => {
    const commands = [
      scsi.locate10({ objectIdentifier: 0 }),
      scsi.locate16({ objectIdentifier: 0 }),
      scsi.space16({ code: 0, count: 1 }),
      scsi.writeFilemarks16({ count: 1 }),
      scsi.erase6(),
    ];
    for (const command of commands) {
      const error = await failure(tape, command);
      assert.is(error.code, "SCSI_ILLEGAL_REQUEST");
      assert.ok(
        error.message.startsWith(
          `${scsi.cdbName(command.cdb, 1)} failed: ILLEGAL REQUEST: INVALID COMMAND OPERATION CODE`,
        ),
        error.message,
      );
    }
    const modes = scsi.parseModeSense10((await scsi.run(tape, scsi.modeSense10({ pageCode: 0x3f }))).dataIn, {
      deviceType: 1,
    });
    assert.is(modes.missing, 0);
    const compression = modes.pages.find((page) => page.pageCode === 0x0f)!;
    assert.is(scsi.decodeModePage(scsi.findModePage(0x0f, 0, 1)!, compression)["compressionEnable"], false);
    const pages = await Promise.all([0xb0, 0xb1, 0xb2].map(async (page) =>
      scsi.parseVpdPage((await scsi.run(tape, scsi.inquiry({ vpdPage: page }))).dataIn, page).kind
    ));
    assert.equal(pages, ["tapeCapabilities", "manufacturerSerialNumber", "tapeAlertFlags"]);
  }));

withTgtd("changer: elements, their media and bar codes, moves", () =>
  withUnit(CHANGER, async (changer, unit) => {
    const elements = async (elementType: number, volumeTags = true): Promise<readonly scsi.Element[]> => {
      const { dataIn } = await scsi.run(changer, scsi.readElementStatus({ elementType, volumeTags }));
      // tgtd announces eight bytes more than it sends, so that its last element is cut.
      const status = scsi.parseElementStatus(dataIn);
      assert.is(status.missing, 8);
      return status.elements;
    };
    const mode = scsi.parseModeSense10((await scsi.run(changer, scsi.modeSense10({ pageCode: 0x1d }))).dataIn, {
      deviceType: 8,
    });
    const layout = scsi.decodeModePage(scsi.findModePage(0x1d, 0, 8)!, mode.pages[0]!);
    assert.equal([layout["firstStorage"], layout["storageCount"], layout["firstDataTransfer"]], [1024, 4, 256]);
    await scsi.run(changer, scsi.initializeElementStatus());
    await scsi.run(changer, scsi.initializeElementStatusWithRange({ startingElement: 1024, elementCount: 2 }));

    const drive = unit(DRIVE);
    assert.is((await failure(drive, scsi.testUnitReady())).code, "SCSI_MEDIUM_NOT_PRESENT");
    assert.is((await elements(scsi.ElementType.DataTransfer))[0]!.full, false);
    await scsi.run(changer, scsi.moveMedium({ transport: 1, source: 1025, destination: 256 }));
    const [loaded] = await elements(scsi.ElementType.DataTransfer);
    assert.equal([loaded!.address, loaded!.full, loaded!.source], [256, true, 1025]);
    assert.is(loaded!.primaryTag?.volume, "A0000002L4");
    await scsi.drainUnitAttention(drive);
    await scsi.run(drive, scsi.testUnitReady());

    const slots = await elements(scsi.ElementType.Storage);
    assert.equal(slots.map((slot) => slot.address), [1024, 1025, 1026, 1027]);
    assert.equal(slots.map((slot) => slot.full), [true, false, false, false]);
    assert.is(slots[0]!.primaryTag?.volume, "A0000001L4");

    const empty = await failure(changer, scsi.moveMedium({ transport: 1, source: 1025, destination: 1027 }));
    assert.match(empty.message, /^MOVE MEDIUM failed: ILLEGAL REQUEST: MEDIUM SOURCE ELEMENT EMPTY \(3b\/0e\)/);
    for (
      const command of [
        scsi.exchangeMedium({ transport: 1, source: 1024, destination: 256, secondDestination: 1026 }),
        scsi.positionToElement({ transport: 1, destination: 1024 }),
      ]
    ) {
      assert.match(
        (await failure(changer, command)).message,
        /^(EXCHANGE MEDIUM|POSITION TO ELEMENT) failed: .*INVALID COMMAND OPERATION CODE/,
      );
    }
  }));

withTgtd("CD: table of contents, disc information, features, capabilities", () =>
  withUnit(CD, async (cd) => {
    assert.is(scsi.parseInquiry((await scsi.run(cd, scsi.inquiry())).dataIn).deviceType, scsi.DeviceType.Cd);
    assert.equal(scsi.parseReadCapacity10((await scsi.run(cd, scsi.readCapacity10())).dataIn).blockSize, 2048);
    const toc = scsi.parseToc((await scsi.run(cd, scsi.readToc())).dataIn);
    assert.equal([toc.first, toc.last], [1, 1]);
    assert.equal(toc.tracks[0], { adr: 1, control: 4, track: 1, start: 0 });
    assert.is(toc.missing, 2, "tgtd announces two bytes more than it sends");
    assert.is((await failure(cd, scsi.readToc({ format: scsi.TocFormat.Full }))).sense?.asc, 0x24);
    const disc = scsi.parseDiscInformation((await scsi.run(cd, scsi.readDiscInformation())).dataIn);
    assert.equal([disc.discStatus, disc.firstTrack, disc.sessions, disc.missing], [2, 1, 1, 0]);
    const configuration = scsi.parseConfiguration((await scsi.run(cd, scsi.getConfiguration())).dataIn);
    assert.equal([configuration.currentProfile, configuration.missing], [0x10, 0]);
    assert.ok(configuration.features.some((feature) => feature.code === 0x0010 && feature.current));
    await scsi.run(cd, scsi.readTrackInformation({ address: 1, addressType: 1 }));
    const modes = scsi.parseModeSense10((await scsi.run(cd, scsi.modeSense10({ pageCode: 0x2a }))).dataIn, {
      deviceType: 5,
    });
    const capabilities = scsi.decodeModePage(scsi.findModePage(0x2a, 0, 5)!, modes.pages[0]!);
    assert.equal([capabilities["dvdRomRead"], capabilities["maximumReadSpeed"]], [true, 4234]);
    const { dataIn } = await scsi.run(cd, scsi.read10({ lba: 0, blocks: 1, dataIn: new Uint8Array(2048) }));
    assert.equal(dataIn, new Uint8Array(2048));
    assert.match(
      (await failure(cd, scsi.readCd({ lba: 0, blocks: 1, dataIn: new Uint8Array(2048), userData: true }))).message,
      /^READ CD failed/,
    );
    await scsi.run(cd, scsi.preventAllowMediumRemoval({ prevent: 1 }));
    await scsi.run(cd, scsi.preventAllowMediumRemoval({ prevent: 0 }));
    await scsi.run(cd, scsi.startStopUnit({ start: false, loadEject: true }));
    await scsi.drainUnitAttention(cd);
    assert.is((await failure(cd, scsi.testUnitReady())).code, "SCSI_MEDIUM_NOT_PRESENT");
    await scsi.run(cd, scsi.startStopUnit({ start: true, loadEject: true }));
  }));

test.run();
