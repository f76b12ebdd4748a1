/**
 * How many bytes of a file are downloaded, compressed.
 *
 * @module
 */

/**
 * Counts the bytes of a file that is compressed with gzip.
 *
 * @param path The file.
 * @returns The number of bytes; 0 for an empty file.
 */
export async function gzippedSize(path: string): Promise<number> {
  const bytes = await Deno.readFile(path);
  if (bytes.length === 0) return 0;
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
