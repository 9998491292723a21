export function SystemScreen() {
  return <p>soon</p>;
}
