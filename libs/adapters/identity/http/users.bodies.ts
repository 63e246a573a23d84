import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { USER_STATUSES, type UserStatus } from '#domain/identity/member';
import { ROLES, type Role } from '#domain/shared/permissions';
import { MayBeLeftOut } from '#adapters/shared/http/rules';
import { Email, NewName } from '#adapters/identity/http/identity-fields';

export class InviteBody {
  @Email('grace@example.com')
  email!: string;

  @ApiProperty({ enum: ROLES, example: 'Editor' })
  @IsIn(ROLES)
  role!: Role;
}

export class EditUserBody {
  @NewName('Grace Hopper')
  name?: string;

  @ApiPropertyOptional({ enum: ROLES })
  @MayBeLeftOut()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({
    enum: USER_STATUSES,
    description: 'Who is disabled cannot come in, and is out within a minute.',
  })
  @MayBeLeftOut()
  @IsIn(USER_STATUSES)
  status?: UserStatus;
}
