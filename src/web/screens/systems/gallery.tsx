export function Gallery() {
  return <p>soon</p>;
}
