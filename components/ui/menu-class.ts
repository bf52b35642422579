/** The look of a menu and of what it offers. */
export const menuClass = 'z-50 animate-appear rounded-xl border border-line bg-raised p-1.5 shadow-float';

export const menuItemClass =
  'flex min-h-9 max-sm:min-h-11 cursor-pointer select-none items-center gap-2.5 rounded-md px-2.5 text-ink outline-none data-[highlighted]:bg-sunken';

export const menuLineClass = '-mx-1.5 my-1.5 h-px bg-line';
