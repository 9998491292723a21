export function ProjectScreen() {
  return <p>soon</p>;
}
