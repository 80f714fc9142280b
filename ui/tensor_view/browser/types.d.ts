// The objects that the modules of the tensor view share. `tsc` checks the modules against them (`make check`); the browser never reads this file.

/** [first, one past the last] index along one axis. */
export type Span = number[];

/** What Python sends (core/tensor_view/payload.py), apart from the values. */
export interface Meta {
  computed: boolean;
  panels: SentPanel[];
  sizes: number[];
  outputRank: number;
  axes: (number | null)[];
  aligned: boolean;
  stretches: boolean;
  live: boolean;
  operation: string | null;
  normalize: boolean;
  orders: Order[];
  scale: { kind: Kind; range: Range; limits: number[] | null };
  colours: { sequential: string; diverging: string };
  axisNames: string[] | null;
  speed: number;
  /** CSS pixels that the page needs below the stage in the same window. */
  below: number;
  share?: number;
  gallery: boolean;
  compare: Compare | null;
  words: Words;
  layout: string | null;
  scene?: Scene | null;
  /** Parts of the plan that are sent once for a session, such as `words`; without the value where it is here. */
  parts?: Record<string, { digest: string; value?: any }>;
  /** The tensors of the view: where in this message, or the address to fetch it from; neither where it is here. */
  tensors?: SentTensor[];
  /** How frames of reels are made here, when they are shown; what is the same for all of a group stands there once. */
  made?: MadeGroup[];
  selection: Selection | null;
  reels?: Reel[];
  moves?: number;
}

export interface SentTensor {
  digest: string;
  count: number;
  /** Offset among the floats. */
  at: number | null;
  url?: string;
  /** Offset and size among the packed bytes, bytes of a value, and whether zeros are left out: see packing.js. */
  packed?: { at: number; size: number; width: number; sparse: boolean };
  /** How it is drawn here: see random.js. */
  stream?: { state: number[]; increment: number[]; sums: number[] };
  /** What it is made of here: see making.js. */
  made?: Recipe;
}

export interface Recipe {
  how: string;
  of: { digest: string; shape: number[] }[];
  amounts?: number[];
}

export interface MadeGroup {
  how: string;
  count: number;
  shape: number[];
  digests: string[];
  of: string[];
  amounts: number[][];
}

export type Kind = "auto" | "sequential" | "diverging";
export type Range = "channel" | "tensor" | "shared" | "fixed";
export type Compare = "before" | "after" | "difference";
export type Words = Record<string, string>;

export interface Order {
  name: string;
  title: string;
  channels: number[];
}

export interface SentPanel {
  title: string;
  symbol: string;
  shape: number[];
  /** The shared axis of each own axis. */
  axes: number[];
  /** For each own axis: output axis or null where broadcast, offset, whether it is summed. */
  links: [number | null, number, boolean][];
  sizes: { size: number | string; role: string; shared: number }[];
  type: string;
  whole: boolean;
  /** Whether its tensor has float64 values, as pairs of float32. */
  doubles?: boolean;
  paintable: boolean;
  paint: number[];
  like: number | null;
  digest: string;
  limits: number[] | null;
  remark: string | null;
  ownNames: boolean;
  note: string;
  /** Offset of the first value in the column of all values; null where none are sent. */
  start: number | null;
}

export interface Panel extends SentPanel {
  number: number;
  strides: number[];
  count: number;
  values: Float32Array | Float64Array | null;
  /** Counts the changes of the values. */
  version: number;
  range?: number[] | null;
  ranges?: { form: number[]; found: Map<number, number[] | null> };
}

export interface Model extends Omit<Meta, "panels"> {
  panels: Panel[];
  order: Map<string, Order>;
}

/** A position in the shared axes, marked in one panel. */
export interface Mark {
  panel: number;
  at: number[];
  /** Whether it is one of the pale copies of a broadcast element. */
  copy: boolean;
}

/** What the user looks at. */
export interface View {
  rows: number | null;
  cols: number | null;
  at: number[];
  order: string;
  compare: Compare;
  pinned: Mark | null;
  pointed: Mark | null;
  playing: boolean;
  speed: number;
  kind: Kind;
  range: Range;
  tool: string;
  size: number;
  strength: number;
  bright: boolean;
  contours: boolean;
  scan: boolean;
}

/** The image behind the features: the names of its bytes, and which prediction belongs to which map. */
export interface Scene {
  digest: string;
  height: number;
  width: number;
  truth: boolean;
  shown: number | null;
  turn?: number;
  byReel: Record<string, (number | null)[]>;
  [field: string]: any;
}

/** A selection as it travels between Python and the browser; every field may be missing or out of range. */
export interface Selection {
  axes?: (number | null)[] | null;
  at?: number[] | null;
  cell?: number[] | null;
  panel?: number | null;
  channel?: number;
  order?: string;
  kind?: Kind | null;
  range?: Range | null;
  painted?: Painted | null;
  given?: Selection | null;
  frames?: Record<string, string>;
  moves?: number;
}

export interface Painted {
  panel: number;
  digest: string;
  values: string;
}

/** What a panel draws of its slice. */
export interface Plan {
  rowAxis: number;
  colAxis: number;
  rows: number;
  cols: number;
  rowCopies: number;
  colCopies: number;
}

/** One panel on screen; the canvases are missing where the panel cannot be drawn. */
export interface Part {
  panel: Panel;
  scratch: Scratch;
  title: HTMLElement;
  root?: HTMLElement;
  base?: HTMLCanvasElement;
  over?: HTMLCanvasElement;
  stack?: HTMLElement;
  colName?: HTMLElement;
  rowName?: HTMLElement;
  legend?: Legend;
  state?: HTMLElement;
  plan: Plan;
  scale?: ColourScale;
  width?: number;
  pile?: string;
  /** What is painted now, as text; equal texts are not painted again. */
  picture?: string;
  framed?: string;
}

export interface Legend {
  root: HTMLElement;
  bar: HTMLCanvasElement;
  low: HTMLElement;
  zero: HTMLElement;
  high: HTMLElement;
  kinds: HTMLElement;
  shown: string;
}

export interface Scratch {
  canvas: HTMLCanvasElement;
  imageFor(width: number, height: number): Image;
}

export interface Image {
  canvas: HTMLCanvasElement;
  width: number;
  height: number;
  pixels: Uint32Array;
  put(): void;
}

/** Where the values of a slice are, and which of them each pixel reads. */
export interface Slice {
  values: Float32Array | Float64Array;
  minus: Float32Array | null;
  start: number;
  rowStep: number;
  colStep: number;
  rowAt: Int32Array;
  colAt: Int32Array;
}

export interface ColourScale {
  low: number;
  high: number;
  diverging: boolean;
  table: Uint32Array;
  factor: number;
  start: number;
  [field: string]: any;
}

export interface Tables {
  sequential: Uint32Array;
  diverging: Uint32Array;
}

export interface Theme {
  number: number;
  ratio: number;
  background: string;
  ground: number;
  mark: string;
  codeFont: string;
  numbers: boolean;
  patterns: Record<number, CanvasPattern>;
}

export interface Grid {
  width: number;
  height: number;
  gap: number;
  dot: number;
  dots: { rows: number; cols: number; gap: number };
  line: number;
  lines: number;
}

/** All channels as small pictures: one wall, or one before and one after. */
export interface Gallery {
  axis: number;
  after: Panel;
  before: Panel | undefined;
  order: number[];
  difference: number[] | null;
  walls: Wall[];
  section: HTMLElement;
}

/** One canvas of tiles. */
export interface Wall {
  compare(): Compare;
  canvas: HTMLCanvasElement;
  scratch: Scratch;
  frame: HTMLElement;
  hover: HTMLElement;
  inner: HTMLElement;
  scroll: HTMLElement;
  tip: HTMLElement;
  grid: Grid | null;
  top: number;
  shown: number;
}

/** A slider each of whose positions shows a precomputed frame. */
export interface Reel {
  name: string;
  title: string;
  hint: string;
  playable: boolean;
  panel: number;
  at: number;
  frames: string[];
  labels: string[];
  starts: number[];
  digests: string[];
}

export interface Reels {
  root: HTMLElement;
  sliders: Control[];
  moves: number;
  moved?: Map<string, string>;
  playing: { name: string; request: number } | null;
  built?: string;
  placeOf?(reel: Reel): number;
  move?(reel: Reel, place: number): void;
  report?(): Selection;
  takeIn?(moves: number): void;
  build?(): void;
  update?(): void;
  stop?(quietly?: boolean): void;
}

export interface Brush {
  active(): boolean;
  begin(part: Part, place: Place): void;
  move(place: Place): void;
  end(): void;
  drop(): void;
  undo(): void;
  canUndo(): boolean;
  forget(): void;
  settle(): void;
}

export interface Player {
  toggle(): void;
  stop(quietly?: boolean): void;
  [method: string]: any;
}

/** A row and a column of a panel's drawing. */
export interface Place {
  row: number;
  col: number;
}

export interface Control {
  root: HTMLElement | null;
  update(): void;
  [part: string]: any;
}

/** What has to be drawn again: a key of STEPS in app.js, or one step. */
export type Change = string;

/** One tensor view on the page: its state, its parts, and how to draw them again. */
export interface App {
  root: HTMLElement;
  model: Model;
  view: View;
  tables: Tables;
  words: Words;
  theme: Theme | null;
  width: number;
  /** Sends the selection to Python. */
  tell(): void;
  /** Sends it after a pause in typing. */
  later(): void;
  player: Player;
  brush: Brush;
  parts: Part[];
  /** The parts that can be drawn. */
  drawn: Part[];
  breaks: HTMLElement[];
  signs: (HTMLElement | null)[];
  panels: HTMLElement;
  reels: Reels;
  sliders: { root: HTMLElement; sliders: Control[] };
  tools: Control;
  gallery: Gallery | null;
  text: Text;
  table: Table;
  gone?: boolean;
  redraw(what: Change): void;
  redrawMoving(): void;
  drawNow(what: Change): void;
  stopDrawing(): void;
  canStep(): boolean;
  stepped(): void;
  turned(): void;
  forgetPainted(): void;
  pointAt(part: Part, row: number, col: number, keyboard?: boolean): void;
  pin(part: Part, row: number, col: number): void;
  unpin(): void;
  cursorOf(part: Part): Place;
  /** Whether the panels show each other's tensors (features and product). */
  flicker: boolean;
  /** Counts the changes of the map that Python does not know yet. */
  turn: number;
  height: number;
  onStage: boolean;
  /** Sizes of the stage; null outside of it. */
  stage: any;
  strip: any;
  switches: { root: HTMLElement; [part: string]: any };
  controls: HTMLElement;
  wallAlone?: boolean;
  mapBorder?: { version: number; values: Float32Array | Float64Array; path: Path2D; rows: number; cols: number };
  useTables(): void;
  setFlicker(on: boolean): void;
  showWall(): void;
  pointAway(): void;
  [method: string]: any;
}

export interface Text {
  root: HTMLElement;
  live: HTMLElement;
  waiting?: ReturnType<typeof setTimeout>;
  [part: string]: any;
}

export interface Table {
  root: HTMLElement;
  [part: string]: any;
}

/** What index.js keeps for one mounted component between calls. */
export interface Held {
  app?: App;
  meta: Meta;
  sent: string;
  send(selection: Selection): void;
  painted: Painted | null;
  told: string;
  silence?(): void;
  unwatch?(): void;
}

/** What Streamlit passes to a component. */
export interface Mounted {
  data: {
    meta: Meta;
    x?: { getChild(name: string): { toArray(): Float32Array } };
    packed?: { getChild(name: string): { toArray(): Uint8Array } };
  };
  parentElement: HTMLElement;
  setStateValue(name: string, value: unknown): void;
}
