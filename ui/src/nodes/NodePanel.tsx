import { formatAge, formatTime, plural } from '../format';
import { isFabric, roleIn } from '../map/fabric';
import { roleNames } from '../map/icons';
import { NodeCaptures } from '../captures/NodeCaptures';
import { onlySelectedNode } from '../flows/FlowTable';
import { Glyph, RoleIcon } from '../shell/Icon';
import { focusRequest } from '../state/focus';
import {
  flows,
  graphVersion,
  injectDestination,
  injectSource,
  selectedNode,
  selectNode,
  tab,
  topology,
} from '../state/store';
import { nodeName } from '../state/topology';
import { CopyButton, MetadataTree } from './MetadataTree';

function inject(end: typeof injectSource, id: string): void {
  end.value = id;
  tab.value = 'inject';
}

/** Everything about the selected node, and what can be done with it. */
export function NodePanel() {
  void graphVersion.value;
  const id = selectedNode.value;
  const node = id === undefined ? undefined : topology.nodes.get(id);
  if (!node) {
    return (
      <div class="empty" data-testid="node-empty">
        <p>
          <strong>No node selected.</strong>
        </p>
        <p>Click a node on the map or in the list to see its metadata and to capture its packets.</p>
      </div>
    );
  }
  const fabric = isFabric(node);
  const role = roleIn(topology, node);
  const { Captures: _, ...metadata } = node.Metadata;
  const links = topology.edgesOf(node.ID).filter((edge) => edge.Metadata.RelationType !== 'ownership');
  const flowCount = node.Metadata.TID ? flows.value.filter((flow) => flow.NodeTID === node.Metadata.TID).length : 0;
  const interface_ = role !== 'host' && role !== 'netns' && role !== 'port' && !fabric;
  return (
    <div class="node-panel" data-testid="node-details" data-id={node.ID}>
      <header class="node-head">
        <RoleIcon
          role={role}
          size={34}
          muted={node.Metadata.State === 'DOWN' || node.Metadata.StaleSince !== undefined}
        />
        <div class="node-title">
          <h3 data-testid="node-name">{nodeName(node)}</h3>
          <p class="muted">
            {node.Metadata.Type ?? roleNames[role]}
            {node.Host && role !== 'host' && !fabric ? ` on ${node.Host}` : ''}
          </p>
        </div>
        <button
          type="button"
          class="icon"
          title="Show on the map"
          aria-label="Show on the map"
          onClick={() => (focusRequest.value = { id: node.ID })}
        >
          <Glyph name="target" />
        </button>
        <button
          type="button"
          class="icon"
          title="Deselect (Esc)"
          aria-label="Deselect"
          onClick={() => selectNode(undefined)}
        >
          <Glyph name="close" />
        </button>
      </header>

      {node.Metadata.StaleSince !== undefined && (
        <p class="muted" data-testid="node-stale">
          Open vSwitch hasn’t answered since {formatTime(node.Metadata.StaleSince)}: this is how it was then.
        </p>
      )}

      <NodeCaptures node={node} />

      {(interface_ || flowCount > 0) && (
        <div class="actions">
          {interface_ && (
            <>
              <button type="button" data-testid="inject-from" onClick={() => inject(injectSource, node.ID)}>
                <Glyph name="send" size={14} /> Inject from here
              </button>
              <button type="button" data-testid="inject-to" onClick={() => inject(injectDestination, node.ID)}>
                <Glyph name="target" size={14} /> Inject to here
              </button>
            </>
          )}
          {flowCount > 0 && (
            <button type="button" data-testid="flows-here" onClick={() => (onlySelectedNode.value = true)}>
              {plural(flowCount, 'flow')} here
            </button>
          )}
        </div>
      )}

      {links.length > 0 && (
        <section class="block">
          <h4>Linked to</h4>
          <ul class="links">
            {links.slice(0, 30).map((edge) => {
              const other = topology.nodes.get(edge.Parent === node.ID ? edge.Child : edge.Parent);
              if (!other) return null;
              return (
                <li key={edge.ID}>
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      selectNode(other.ID);
                      focusRequest.value = { id: other.ID };
                    }}
                  >
                    <RoleIcon role={roleIn(topology, other)} size={15} />
                    {nodeName(other)}
                    <span class="muted">
                      {other.Metadata.Type}
                      {other.Host && other.Host !== node.Host ? `, ${other.Host}` : ''}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
          {links.length > 30 && <p class="muted">and {links.length - 30} more</p>}
        </section>
      )}

      <section class="block">
        <h4>
          Metadata
          <CopyButton text={JSON.stringify(node.Metadata, null, 2)} what="all metadata as JSON" label="JSON" />
        </h4>
        <MetadataTree value={metadata} />
        <p class="muted small">
          ID <span class="mono">{node.ID}</span>
          {node.UpdatedAt ? ` · changed ${formatAge(node.UpdatedAt)}` : ''}
          {node.Revision ? ` · revision ${node.Revision}` : ''}
        </p>
      </section>
    </div>
  );
}
