/** An arch with a light in it. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#17594a" />
      <path d="M8 26V15a8 8 0 0 1 16 0v11" fill="none" stroke="#f4efe4" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M12.5 26v-9.5a3.5 3.5 0 0 1 7 0V26" fill="#f0b84a" />
    </svg>
  );
}
