import type { ReactNode } from "react";
import { unreachable } from "#core/assert.ts";
import { type Block, blocksOf, type Inline } from "./markdown.ts";
import css from "./readme.module.css";

/** A README as the page's own elements. */
export function Readme({ markdown }: { readonly markdown: string }) {
  return (
    <article className={css.readme}>
      {blocksOf(markdown).map((block, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks of an unchanging text have no other identity
        <BlockOf key={i} block={block} />
      ))}
    </article>
  );
}

const inlines = (parts: readonly Inline[]): ReactNode =>
  parts.map((part, i): ReactNode => {
    const key = `${i}`;
    switch (part.kind) {
      case "text":
        return part.text;
      case "code":
        return <code key={key}>{part.text}</code>;
      case "strong":
        return <strong key={key}>{part.text}</strong>;
      case "emphasis":
        return <em key={key}>{part.text}</em>;
      case "link":
        return /^https?:/.test(part.href) ? (
          <a key={key} href={part.href} rel="noreferrer" target="_blank">
            {part.text}
          </a>
        ) : (
          // A path in the repository leads nowhere here: it is named instead.
          <span key={key} title={part.href}>
            {part.text}
          </span>
        );
      default:
        return unreachable(part);
    }
  });

function BlockOf({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case "heading":
      return block.level <= 1 ? (
        <h2 className={css.first}>{inlines(block.inline)}</h2>
      ) : block.level === 2 ? (
        <h2>{inlines(block.inline)}</h2>
      ) : (
        <h3>{inlines(block.inline)}</h3>
      );
    case "paragraph":
      return <p>{inlines(block.inline)}</p>;
    case "quote":
      return <blockquote>{inlines(block.inline)}</blockquote>;
    case "rule":
      return <hr />;
    case "code":
      return (
        <Scrollable what="Example">
          <pre>{block.text}</pre>
        </Scrollable>
      );
    case "list": {
      const items = block.items.map(({ depth, inline }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items of an unchanging text have no other identity
        <li key={i} style={{ marginLeft: depth * 20 }}>
          {inlines(inline)}
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "table":
      return <TableOf table={block} />;
  }
}

/** What may be wider than the page: it scrolls by itself, by keyboard too. */
function Scrollable({ what, children }: { readonly what: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody scrolls it by keyboard
    <section className={css.scrollable} aria-label={what} tabIndex={0}>
      {children}
    </section>
  );
}

function TableOf({ table }: { readonly table: Block & { kind: "table" } }) {
  return (
    <Scrollable what="Table">
      <table className="data">
        <thead>
          <tr>
            {table.head.map((cell, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells of an unchanging text have no other identity
              <th key={i}>{inlines(cell)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <tr key={i}>
              {row.map((cell, j) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: see above
                <td key={j}>{inlines(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}
