export function Home() {
  return <p>soon</p>;
}
