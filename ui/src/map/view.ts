/**
 * The map: sigma draws nodes and links by WebGL; two canvases of ours lie below (boxes and tunnels) and above (rings
 * for selection and captures, a chosen flow's way). Positions come from the layout worker; what is drawn is derived
 * from the graph, the layout and what the user has chosen, never the other way round.
 */
import Graph from 'graphology';
import Sigma from 'sigma';
import { EdgeLineProgram, EdgeRectangleProgram, NodePointProgram } from 'sigma/rendering';
import { createNodeImageProgram } from '@sigma/node-image';
import type { Node } from '../api';
import type { Journey } from '../flows/journey';
import { nodeName, type Topology } from '../state/topology';
import type { Group } from './blocks';
import { Detail } from './detail';
import { drawLabel, drawHover, labelScale } from './labels';
import type { LayoutInput } from './items';
import type { LayoutAnswer, LayoutRequest } from './layout.worker';
import { isFabric } from './fabric';
import { dimmedEdge, dimmedNode, hairOf, lookOfEdge, lookOfNode, type EdgeLook, type NodeLook } from './look';
import { drawGroups, drawJourney, drawRings, drawTunnels, type Frame } from './overlay';
import type { Tunnel } from './tunnels';

interface NodeAttributes extends NodeLook {
  x: number;
  y: number;
}

export interface MapFigures {
  nodes: number;
  edges: number;
  /** Time the worker needed for the newest layout. */
  layoutMilliseconds: number;
  /** From the first snapshot to the first picture of it. */
  firstDrawMilliseconds: number;
  /** Time spent drawing, of the newest frames, newest last. */
  frames: number[];
}

export interface Highlight {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

export class MapView {
  readonly #topology: Topology;
  readonly #container: HTMLElement;
  readonly #graph = new Graph<NodeAttributes, EdgeLook>({ multi: true, type: 'undirected', allowSelfLoops: true });
  readonly #sigma: Sigma<NodeAttributes, EdgeLook>;
  readonly #below: CanvasRenderingContext2D;
  readonly #above: CanvasRenderingContext2D;
  readonly #worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
  readonly #onSelect: (id: string | undefined) => void;
  readonly #onLaidOut: () => void;
  #serial = 0;
  #answered = 0;
  #groups: Group[] = [];
  #groupOf = new Map<string, Group>();
  #bounds = { width: 1, height: 1 };
  #tunnels: readonly Tunnel[] = [];
  #journey: Journey | undefined;
  #highlight: Highlight | undefined;
  #selected: string | undefined;
  #capturing = new Map<string, boolean>();
  readonly #detail = new Detail();
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #requestedAt = 0;
  #frameStart = 0;
  readonly figures: MapFigures = { nodes: 0, edges: 0, layoutMilliseconds: 0, firstDrawMilliseconds: 0, frames: [] };

  constructor(
    container: HTMLElement,
    topology: Topology,
    onSelect: (id: string | undefined) => void,
    onLaidOut: () => void,
  ) {
    this.#container = container;
    this.#topology = topology;
    this.#onSelect = onSelect;
    this.#onLaidOut = onLaidOut;
    const icon = createNodeImageProgram<NodeAttributes, EdgeLook>({
      drawingMode: 'background',
      keepWithinCircle: true,
      size: { mode: 'force', value: 128 },
      drawHover,
    });
    this.#sigma = new Sigma<NodeAttributes, EdgeLook>(this.#graph, container, {
      allowInvalidContainer: true,
      defaultNodeType: 'icon',
      nodeProgramClasses: { icon, point: NodePointProgram },
      edgeProgramClasses: { line: EdgeRectangleProgram, hair: EdgeLineProgram },
      itemSizesReference: 'positions',
      zoomToSizeRatioFunction: (ratio) => ratio,
      autoRescale: true,
      stagePadding: 18,
      minEdgeThickness: 1.4,
      antiAliasingFeather: 1,
      enableCameraRotation: false,
      maxCameraRatio: 3,
      zIndex: true,
      labelFont: labelScale.font,
      labelSize: labelScale.size,
      labelWeight: '500',
      labelRenderedSizeThreshold: 5.2,
      labelDensity: 4,
      labelGridCellSize: 90,
      defaultDrawNodeLabel: drawLabel,
      defaultDrawNodeHover: drawHover,
      hideEdgesOnMove: false,
      nodeReducer: (id, data) => this.#reduceNode(id, data),
      edgeReducer: (id, data) => this.#reduceEdge(id, data),
    });
    this.#below = contextOf(
      this.#sigma.createCanvas('groups', { beforeLayer: 'edges', style: { pointerEvents: 'none' } }),
    );
    this.#above = contextOf(
      this.#sigma.createCanvas('rings', { beforeLayer: 'mouse', style: { pointerEvents: 'none' } }),
    );

    this.#sigma.on('beforeRender', () => {
      this.#frameStart = performance.now();
      labelScale.pixelsPerUnit = this.#frame().scale;
    });
    this.#sigma.on('afterRender', () => this.#drawOverlays());
    this.#sigma.on('clickNode', ({ node }) => this.#onSelect(node));
    this.#sigma.on('clickStage', ({ event }) => this.#onSelect(this.#titleAt(event.x, event.y)));
    this.#sigma.on('doubleClickStage', (payload) => {
      const group = this.#groupAt(payload.event.x, payload.event.y);
      if (!group) return;
      payload.preventSigmaDefault();
      this.#zoomTo(group);
    });
    this.#sigma.getCamera().on('updated', () => this.#lookSoon());
    this.#sigma.on('enterNode', () => (container.style.cursor = 'pointer'));
    this.#sigma.on('leaveNode', () => (container.style.cursor = ''));
    this.#worker.addEventListener('message', (event: MessageEvent<LayoutAnswer>) => this.#place(event.data));
    this.#worker.addEventListener('error', (event) => {
      throw new Error(`the layout worker failed: ${event.message}`);
    });
    new ResizeObserver(() => {
      this.#sigma.refresh();
      this.#limitZoom();
    }).observe(container);
  }

  /** Nodes or edges came or went: asks the worker for places; the picture changes when it answers. */
  structureChanged(): void {
    if (this.#requestedAt === 0) this.#requestedAt = performance.now();
    const input: LayoutInput = {
      aspect: Math.max(0.8, Math.min(2.6, this.#container.clientWidth / Math.max(1, this.#container.clientHeight))),
      nodes: [],
      edges: [],
    };
    for (const node of this.#topology.nodes.values()) {
      input.nodes.push({
        id: node.ID,
        name: nodeName(node),
        type: node.Metadata.Type ?? '',
        host: node.Host ?? '',
        fabric: isFabric(node),
      });
    }
    for (const edge of this.#topology.links()) {
      input.edges.push({ parent: edge.Parent, child: edge.Child, relation: edge.Metadata.RelationType ?? '' });
    }
    const request: LayoutRequest = { serial: ++this.#serial, input };
    this.#worker.postMessage(request);
  }

  /** Metadata changed: colours and labels follow. */
  nodesChanged(ids: ReadonlySet<string>): void {
    const drawn: string[] = [];
    for (const id of ids) {
      const node = this.#topology.nodes.get(id);
      this.#noteCaptures(id, node);
      if (!node || !this.#graph.hasNode(id)) continue;
      const before = this.#graph.getNodeAttributes(id);
      const after = this.#attributes(node, before.x, before.y);
      if (after.color === before.color && after.label === before.label && after.detail === before.detail) continue;
      this.#graph.replaceNodeAttributes(id, after);
      drawn.push(id);
    }
    if (drawn.length > 0) this.#sigma.scheduleRefresh({ partialGraph: { nodes: drawn }, layoutUnchange: true });
    else this.#sigma.scheduleRender();
  }

  show(options: {
    highlight: Highlight | undefined;
    journey: Journey | undefined;
    tunnels: readonly Tunnel[];
    selected: string | undefined;
  }): void {
    const restyle = options.highlight !== this.#highlight || options.journey !== this.#journey;
    this.#highlight = options.highlight;
    this.#journey = options.journey;
    this.#tunnels = options.tunnels;
    this.#selected = options.selected;
    if (restyle) this.#sigma.scheduleRefresh({ layoutUnchange: true });
    else this.#sigma.scheduleRender();
  }

  fit(): void {
    void this.#sigma.getCamera().animate({ x: 0.5, y: 0.5, ratio: 1 }, { duration: 250 });
  }

  zoom(factor: number): void {
    const camera = this.#sigma.getCamera();
    void camera.animate({ ratio: camera.getBoundedRatio(camera.ratio * factor) }, { duration: 150 });
  }

  /** Brings a node into view; a view in which it's already well seen stays as it is. */
  focus(id: string): void {
    const position = this.position(id);
    if (!position) return;
    const { scale } = this.#frame();
    const inside =
      position.x > 30 &&
      position.y > 30 &&
      position.x < this.#container.clientWidth - 30 &&
      position.y < this.#container.clientHeight - 30;
    if (inside && scale > 0.42) return;
    const data = this.#sigma.getNodeDisplayData(id);
    if (!data) return;
    const camera = this.#sigma.getCamera();
    const ratio = scale > 0.42 ? camera.ratio : camera.getBoundedRatio((camera.ratio * scale) / 0.8);
    void camera.animate({ x: data.x, y: data.y, ratio }, { duration: 300 });
  }

  /** Where a node is drawn, in pixels from the map's upper left corner. */
  position(id: string): { x: number; y: number } | undefined {
    if (!this.#graph.hasNode(id)) return undefined;
    const { x, y } = this.#graph.getNodeAttributes(id);
    return this.#sigma.graphToViewport({ x, y });
  }

  /** Draws a frame now; for measuring. */
  render(): void {
    this.#sigma.refresh({ skipIndexation: true });
  }

  #place({ serial, result, milliseconds }: LayoutAnswer): void {
    if (serial < this.#answered) return;
    this.#answered = serial;
    const graph = this.#graph;
    const before = graph.order > 0 ? this.#frame() : undefined;
    const camera = this.#sigma.getCamera();
    const touched =
      Math.abs(camera.ratio - 1) > 0.01 || Math.abs(camera.x - 0.5) > 0.005 || Math.abs(camera.y - 0.5) > 0.005;

    this.#groups = result.groups;
    this.#groupOf = new Map(result.groups.map((group) => [group.id, group]));
    graph.clearEdges();
    const placed = new Set<string>();
    result.ids.forEach((id, index) => {
      const node = this.#topology.nodes.get(id);
      if (!node) return;
      placed.add(id);
      const attributes = this.#attributes(
        node,
        result.positions[2 * index] ?? 0,
        -(result.positions[2 * index + 1] ?? 0),
      );
      if (graph.hasNode(id)) graph.replaceNodeAttributes(id, attributes);
      else graph.addNode(id, attributes);
      this.#noteCaptures(id, node);
    });
    graph.forEachNode((id) => {
      if (placed.has(id)) return;
      graph.dropNode(id);
      this.#capturing.delete(id);
    });
    for (const edge of this.#topology.links()) {
      if (!graph.hasNode(edge.Parent) || !graph.hasNode(edge.Child)) continue;
      const attributes = lookOfEdge(this.#topology, edge);
      if (attributes) graph.addEdgeWithKey(edge.ID, edge.Parent, edge.Child, attributes);
    }

    this.#bounds = { width: Math.max(200, result.width), height: Math.max(200, result.height) };
    this.#sigma.setCustomBBox({ x: [0, this.#bounds.width], y: [-this.#bounds.height, 0] });
    this.#lookCloser();
    this.#sigma.refresh();
    this.#limitZoom();
    if (before && touched) this.#keepView(before);
    this.#lookSoon();

    this.figures.nodes = graph.order;
    this.figures.edges = graph.size;
    this.figures.layoutMilliseconds = milliseconds;
    if (this.figures.firstDrawMilliseconds === 0 && graph.order > 0) {
      this.figures.firstDrawMilliseconds = performance.now() - this.#requestedAt;
    }
    this.#onLaidOut();
  }

  /** Where the view comes to rest in a large graph, what is on the screen is drawn in full. */
  #lookSoon(): void {
    if (!this.#detail.limited) return;
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => {
      if (this.#lookCloser()) this.#sigma.scheduleRefresh();
    }, 120);
  }

  #lookCloser(): boolean {
    return this.#detail.look(this.#graph.order, this.#frame(), (each) =>
      this.#graph.forEachNode((id, { x, y }) => each(id, x, -y)),
    );
  }

  /** Nothing more is to be seen of a node that is drawn larger than this. */
  #limitZoom(): void {
    const largest = 2.5;
    const ratio = Math.min(0.5, (this.#frame().scale * this.#sigma.getCamera().ratio) / largest);
    // Any setting, changed or not, makes sigma process the whole graph again.
    if (ratio !== this.#sigma.getSetting('minCameraRatio')) this.#sigma.setSetting('minCameraRatio', ratio);
  }

  /** After the picture's bounds changed: the same part of it in the same size, if the user had chosen one. */
  #keepView(before: Frame): void {
    const camera = this.#sigma.getCamera();
    const middle = {
      x: (this.#container.clientWidth / 2 - before.x) / before.scale,
      y: -(this.#container.clientHeight / 2 - before.y) / before.scale,
    };
    camera.setState({ ratio: camera.getBoundedRatio((camera.ratio * this.#frame().scale) / before.scale) });
    camera.setState(this.#sigma.viewportToFramedGraph(this.#sigma.graphToViewport(middle)));
  }

  #attributes(node: Node, x: number, y: number): NodeAttributes {
    const box = this.#groupOf.get(node.ID);
    return { ...lookOfNode(this.#topology, node, box !== undefined && box.kind !== 'bridge'), x, y };
  }

  #noteCaptures(id: string, node: Node | undefined): void {
    const captures = node?.Metadata.Captures;
    if (captures && captures.length > 0)
      this.#capturing.set(
        id,
        captures.some((c) => c.State === 'error'),
      );
    else this.#capturing.delete(id);
  }

  #reduceNode(id: string, data: NodeAttributes): Partial<NodeAttributes> & { zIndex?: number; forceLabel?: boolean } {
    const type = this.#detail.inFull(id) ? 'icon' : 'point';
    if (!this.#highlight) return type === data.type ? data : { ...data, type };
    if (this.#highlight.nodes.has(id)) return { ...data, zIndex: 2, forceLabel: this.#highlight.nodes.size < 200 };
    return { ...data, type, color: dimmedNode, label: data.role === 'host' ? data.label : '', zIndex: 0 };
  }

  #reduceEdge(id: string, data: EdgeLook): EdgeLook {
    const full = !this.#detail.limited || this.#graph.extremities(id).some((end) => this.#detail.inFull(end));
    const type = full ? 'line' : 'hair';
    if (this.#highlight?.edges.has(id)) return { ...data, type, zIndex: 2 };
    if (this.#highlight) return { ...data, type, color: dimmedEdge, zIndex: 0 };
    return full ? data : { ...data, type, color: hairOf(data) };
  }

  /** Pixels of a point (x, y) of the layout: x·scale + frame.x, y·scale + frame.y. */
  #frame(): Frame {
    const origin = this.#sigma.graphToViewport({ x: 0, y: 0 });
    const far = this.#sigma.graphToViewport({ x: 1000, y: 0 });
    return {
      x: origin.x,
      y: origin.y,
      scale: (far.x - origin.x) / 1000,
      width: this.#container.clientWidth,
      height: this.#container.clientHeight,
    };
  }

  #drawOverlays(): void {
    const frame = this.#frame();
    const at = (id: string): { x: number; y: number } | undefined => {
      if (!this.#graph.hasNode(id)) return undefined;
      const { x, y } = this.#graph.getNodeAttributes(id);
      return { x: x * frame.scale + frame.x, y: -y * frame.scale + frame.y };
    };
    clear(this.#below, frame);
    drawGroups(this.#below, frame, this.#groups, this.#selected);
    drawTunnels(this.#below, frame, this.#tunnels, at, this.#journey, this.#highlight !== undefined);
    if (this.#journey) {
      drawJourney(this.#below, frame, this.#journey, at, (id) => {
        const edge = this.#topology.edges.get(id);
        return edge ? [edge.Parent, edge.Child] : undefined;
      });
    }
    clear(this.#above, frame);
    const radius = (id: string): number =>
      this.#graph.hasNode(id) ? this.#graph.getNodeAttribute(id, 'size') * frame.scale : 0;
    drawRings(this.#above, frame, {
      at,
      radius,
      capturing: this.#capturing,
      selected: this.#selected,
      journey: this.#journey,
    });
    const { frames } = this.figures;
    frames.push(performance.now() - this.#frameStart);
    if (frames.length > 120) frames.shift();
  }

  #groupAt(x: number, y: number): Group | undefined {
    const frame = this.#frame();
    const gx = (x - frame.x) / frame.scale;
    const gy = (y - frame.y) / frame.scale;
    let found: Group | undefined;
    for (const group of this.#groups) {
      const inside = gx >= group.x && gx <= group.x + group.width && gy >= group.y && gy <= group.y + group.height;
      if (inside && (!found || group.depth >= found.depth)) found = group;
    }
    return found;
  }

  /** The node whose box has its title at a point. */
  #titleAt(x: number, y: number): string | undefined {
    const group = this.#groupAt(x, y);
    if (!group || group.kind === 'bridge' || !this.#topology.nodes.has(group.id)) return undefined;
    const frame = this.#frame();
    return (y - frame.y) / frame.scale - group.y < 50 ? group.id : undefined;
  }

  #zoomTo(group: Group): void {
    const frame = this.#frame();
    const camera = this.#sigma.getCamera();
    const middle = {
      x: (group.x + group.width / 2) * frame.scale + frame.x,
      y: (group.y + group.height / 2) * frame.scale + frame.y,
    };
    const wanted = Math.min((frame.width - 60) / group.width, (frame.height - 60) / group.height);
    const target = this.#sigma.viewportToFramedGraph(middle);
    void camera.animate(
      { ...target, ratio: camera.getBoundedRatio((camera.ratio * frame.scale) / wanted) },
      { duration: 300 },
    );
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser offers no 2D canvas');
  return context;
}

function clear(context: CanvasRenderingContext2D, frame: Frame): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(frame.width * ratio);
  const height = Math.round(frame.height * ratio);
  const { canvas } = context;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${frame.width}px`;
    canvas.style.height = `${frame.height}px`;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, frame.width, frame.height);
}
