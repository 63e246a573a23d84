import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** A mail server that keeps what it gets. */
export class MailReceiver {
  readonly letters: Letter[] = [];
  private server: SMTPServer | undefined;

  async begin(port = 0): Promise<number> {
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false, closeTimeout: 50 },
      onRcptTo: ({ address }, _, answer) => {
        const unknown = Object.assign(new Error('no such mailbox'), { responseCode: 550 });
        answer(address.startsWith('nobody') ? unknown : null);
      },
      onData: (stream, { envelope }, answer) => {
        let text = '';
        stream.setEncoding('utf8').on('data', (part: string) => (text += part));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = envelope;
          this.letters.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo[0]!.address, text });
          answer();
        });
      },
    });
    server.on('error', () => undefined);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.server.address() as AddressInfo).port;
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.server) this.server.close(resolve);
      else resolve();
    });
  }

  to({ email }: { readonly email: string }): Letter[] {
    return this.letters.filter(({ to }) => to === email);
  }
}
