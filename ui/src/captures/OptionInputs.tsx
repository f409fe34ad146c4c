import type { OptionFields } from './options';

/** The part of a form that asks for a capture's options. */
export function OptionInputs(props: {
  fields: OptionFields;
  problems: Partial<Record<keyof OptionFields, string>>;
  onChange: (fields: OptionFields) => void;
}) {
  const { fields, problems, onChange } = props;
  const text = (name: 'rawPackets' | 'headerSize', label: string, placeholder: string, testId: string) => (
    <label class={problems[name] ? 'invalid' : ''}>
      <span>{label}</span>
      <input
        type="text"
        inputmode="numeric"
        autocomplete="off"
        placeholder={placeholder}
        value={fields[name]}
        data-testid={testId}
        onInput={(event) => onChange({ ...fields, [name]: event.currentTarget.value })}
      />
      {problems[name] && <em>{problems[name]}</em>}
    </label>
  );
  const check = (name: 'tcpMetric' | 'defragment' | 'deduplicate', label: string, testId: string) => (
    <label class="check">
      <input
        type="checkbox"
        checked={fields[name]}
        data-testid={testId}
        onChange={(event) => onChange({ ...fields, [name]: event.currentTarget.checked })}
      />
      <span>{label}</span>
    </label>
  );
  return (
    <details class="options" data-testid="capture-options">
      <summary>Raw packets and more</summary>
      <div class="grid2">
        {text('rawPackets', 'Packets kept of each flow', 'none', 'capture-raw-packets')}
        {text('headerSize', 'Bytes kept of a packet', '256', 'capture-header-size')}
      </div>
      {check('tcpMetric', 'Follow TCP’s sequence numbers', 'capture-tcp-metric')}
      {check('defragment', 'Put IP fragments together', 'capture-defragment')}
      {check('deduplicate', 'Count packets once that a mirror port delivers twice', 'capture-deduplicate')}
    </details>
  );
}
