import path from 'node:path';

/** The product's own Next and pg, found above this folder. @type {import('next').NextConfig} */
export default {
  turbopack: { root: path.resolve(import.meta.dirname, '../..') },
  pageExtensions: ['mjs'],
  serverExternalPackages: ['pg'],
};
