import type { ReactNode } from "react";

interface Props {
  readonly size?: number;
}

/** A 16 px line icon, drawn in the text's colour; always beside a word or in a named control. */
function Icon({ size = 16, children }: Props & { readonly children: ReactNode }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const InboxIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M2 9.5 3.8 3.7a1 1 0 0 1 1-.7h6.4a1 1 0 0 1 1 .7L14 9.5v2.8a.9.9 0 0 1-.9.9H2.9a.9.9 0 0 1-.9-.9z" />
    <path d="M2 9.5h3.2l.9 1.6h3.8l.9-1.6H14" />
  </Icon>
);
export const ProjectIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M2.5 2.5v11h11" />
    <path d="m5 5.5 2.5 3 2-1.5 3.5 4" />
  </Icon>
);
export const WritingIcon = (props: Props) => (
  <Icon {...props}>
    <path d="m3 13 .8-3.2L11 2.6a1.2 1.2 0 0 1 1.7 0l.7.7a1.2 1.2 0 0 1 0 1.7L6.2 12.2z" />
    <path d="M9 13.4h4.5" />
  </Icon>
);
export const RewritesIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M2.5 4.5h4.2c2.6 0 2 7 4.6 7h2.2" />
    <path d="m11.2 9 2.5 2.5-2.5 2.5" />
    <path d="M10 4.5h3.5" />
  </Icon>
);
export const LanguageIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M2.5 3h6.8v4.6H5.6L3.6 9.4V7.6H2.5z" />
    <path d="M11.4 6.2h2.1v4.7h-1.1v1.8l-2-1.8H6.8V9.6" />
  </Icon>
);
export const RobotIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M2.5 13.5h6M4 13.5v-2.6L8.2 5l3.3 2.2" />
    <circle cx="8.2" cy="4.2" r="1.4" />
    <path d="m10.6 9.8.9-2.6 2.5.6M12 10.2l1.6-.2" />
  </Icon>
);
export const SystemsIcon = (props: Props) => (
  <Icon {...props}>
    <rect x="2.5" y="2.5" width="4.5" height="4.5" rx="1" />
    <rect x="9" y="2.5" width="4.5" height="4.5" rx="1" />
    <rect x="2.5" y="9" width="4.5" height="4.5" rx="1" />
    <path d="M11.2 9v4.5M9 11.2h4.5" />
  </Icon>
);
export const SearchIcon = (props: Props) => (
  <Icon {...props}>
    <circle cx="7" cy="7" r="4.2" />
    <path d="m10.2 10.2 3.3 3.3" />
  </Icon>
);
export const ChevronIcon = (props: Props) => (
  <Icon {...props}>
    <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />
  </Icon>
);
export const CheckIcon = (props: Props) => (
  <Icon {...props}>
    <path d="m3.5 8.5 3 3 6-7" />
  </Icon>
);
export const MoonIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z" />
  </Icon>
);
export const SunIcon = (props: Props) => (
  <Icon {...props}>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1" />
  </Icon>
);
export const PlusIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M8 3.2v9.6M3.2 8h9.6" />
  </Icon>
);
export const DownloadIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M8 2.5v7.2M5 7l3 3 3-3" />
    <path d="M2.8 12.8h10.4" />
  </Icon>
);
export const ArrowIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M3 8h10M9.5 4.5 13 8l-3.5 3.5" />
  </Icon>
);
export const AlertIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M8 2.3 14.2 13H1.8z" />
    <path d="M8 6.4v3M8 11.3v.1" />
  </Icon>
);

/** The mark: proposed in blue, corrected in orange, learned in green. */
export const Mark = () => (
  <svg aria-hidden="true" width="28" height="28" viewBox="0 0 32 32" fill="none">
    <rect width="32" height="32" rx="8" fill="#17171a" />
    <g strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
      <path d="M8 21V11h9" stroke="#7ea6ff" />
      <path d="M8 21h6" stroke="#ff9a4d" />
      <path d="m18 20 3 3 5-7" stroke="#5ed492" />
    </g>
  </svg>
);
