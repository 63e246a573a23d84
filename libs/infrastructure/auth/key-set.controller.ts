import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '#adapters/shared/http/public';
import { SigningKey } from '#infrastructure/auth/signing-key';

@Public()
@ApiTags('Operations')
@Controller('.well-known')
export class KeySetController {
  constructor(private readonly key: SigningKey) {}

  @ApiResponse({ status: 200, description: 'A JSON Web Key Set (RFC 7517); empty while SECRET_KEY signs.' })
  @ApiOperation({ operationId: 'getKeySet', summary: 'The public keys that verify access tokens of this service.' })
  @Header('Cache-Control', 'public, max-age=300')
  @Get('jwks.json')
  keySet(): { readonly keys: readonly object[] } {
    return { keys: this.key.published.map(({ jwk }) => jwk) };
  }
}
