/** A certificate for this machine alone, made at start. */
export interface Certificate {
  cert: string;
  key: string;
}

export async function newCertificate(): Promise<Certificate> {
  // Loaded here and not above: cleartext on loopback needs none.
  const { generate } = await import('selfsigned');
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'push sandbox' }], {
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + 30 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { cert, key };
}
